import tomllib

from avatar_bridge.retarget.lines import lines_of

TEXT = '''# a remark = 3
a = 1
"b c" = "x = [ \\" # no remark"
d.e = [ # one
  1,
  { f = 2, g = """
many
lines = \\"""" }, # } ]
]
[h."i.j"]
k = 1979-05-27T07:32:00Z # a date

[[l]]
m = '\\'
[[l]]
m = [[1, 2], [3]]
[l.n]
o = true
'''


def test_every_key_and_element_is_found_on_its_line() -> None:
    assert lines_of(TEXT) == {
        ("a",): 2,
        ("b c",): 3,
        ("d",): 4,
        ("d", "e"): 4,
        ("d", "e", 0): 5,
        ("d", "e", 1): 6,
        ("d", "e", 1, "f"): 6,
        ("d", "e", 1, "g"): 6,
        ("h",): 10,
        ("h", "i.j"): 10,
        ("h", "i.j", "k"): 11,
        ("l",): 13,
        ("l", 0, "m"): 14,
        ("l", 1, "m"): 16,
        ("l", 1, "m", 0): 16,
        ("l", 1, "m", 0, 0): 16,
        ("l", 1, "m", 0, 1): 16,
        ("l", 1, "m", 1): 16,
        ("l", 1, "m", 1, 0): 16,
        ("l", "n"): 17,
        ("l", "n", "o"): 18,
    }
    assert tomllib.loads(TEXT)["d"]["e"][1]["f"] == 2
