extends RefCounted
## What a test file is given: assertions that count, and the scene tree.

## All that failed so far, a line each.
var failures := PackedStringArray()
## How much was asserted.
var count := 0
## For tests that need nodes or time.
var tree: SceneTree
## The folder of the golden packets.
var golden := ""
## Name of the test that runs, for messages.
var running := ""


## Fails with [param message] unless [param condition].
func is_true(condition: bool, message: String) -> void:
	count += 1
	if not condition:
		failures.append("%s: %s" % [running, message])


## Fails unless both are the same.
func equal(got: Variant, wanted: Variant, what := "value") -> void:
	is_true(
		typeof(got) == typeof(wanted) and got == wanted,
		"%s: expected %s, got %s" % [what, str(wanted), str(got)]
	)


## Fails unless both are within [param tolerance].
func near(got: float, wanted: float, tolerance := 1e-5, what := "value") -> void:
	is_true(absf(got - wanted) <= tolerance, "%s: expected %f, got %f" % [what, wanted, got])
