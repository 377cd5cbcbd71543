import threading

from avatar_bridge.mailbox import Empty, Mailbox


def test_a_newer_frame_replaces_an_older_one_and_is_counted(frames) -> None:
    mailbox = Mailbox(lossless=False)
    assert [mailbox.put(frames(index)) for index in range(3)] == [0, 1, 1]
    frame = mailbox.take(0)
    assert not isinstance(frame, Empty)
    assert frame.index == 2
    assert mailbox.take(0) is Empty.WAITING


def test_the_last_frame_is_given_before_the_end(frames) -> None:
    mailbox = Mailbox(lossless=False)
    mailbox.put(frames(7))
    mailbox.close()
    frame = mailbox.take(0)
    assert not isinstance(frame, Empty)
    assert frame.index == 7
    assert mailbox.take(0) is Empty.ENDED


def test_a_lossless_mailbox_gives_every_frame_in_order(frames) -> None:
    mailbox = Mailbox(lossless=True)

    def feed() -> None:
        for index in range(50):
            mailbox.put(frames(index))
        mailbox.close()

    feeder = threading.Thread(target=feed)
    feeder.start()
    taken = []
    while (frame := mailbox.take(5)) is not Empty.ENDED:
        assert not isinstance(frame, Empty)
        taken.append(frame.index)
    feeder.join(5)
    assert taken == list(range(50))


def test_closing_lets_a_waiting_put_go(frames) -> None:
    mailbox = Mailbox(lossless=True)
    mailbox.put(frames(0))
    waiting = threading.Thread(target=mailbox.put, args=(frames(1),))
    waiting.start()
    mailbox.close()
    waiting.join(5)
    assert not waiting.is_alive()
