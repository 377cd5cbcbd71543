extends SceneTree
## Runs all tests: [code]godot --headless --path engine_clients/godot -s res://test/run.gd[/code].
##
## Behind [code]--[/code]: [code]--golden=FOLDER[/code], [code]--only=NAME[/code], for a live round
## [code]--endpoint=tcp://… --control=tcp://… [--seconds=N] [--restart][/code], and for broken
## sessions [code]--fuzz=FILE[/code], or [code]--rogue[/code] with two addresses.
## The exit code is 0 only if everything held.

const Checks := preload("checks.gd")
const Fuzz := preload("fuzz.gd")
const Live := preload("live.gd")
const Rogue := preload("rogue.gd")

const SUITES := {
	"codec": preload("test_codec.gd"),
	"wire": preload("test_wire.gd"),
	"control": preload("test_control.gd"),
	"names": preload("test_names.gd"),
	"timeline": preload("test_timeline.gd"),
	"driver": preload("test_driver.gd"),
	"source": preload("test_source.gd"),
}


func _initialize() -> void:
	var options := _options()
	var checks := Checks.new()
	checks.tree = self
	checks.golden = _golden(options)
	await process_frame  # before it, nodes that are added do not become ready
	if options.has("fuzz"):
		Fuzz.new().run(checks, options["fuzz"])
	elif options.has("rogue"):
		Rogue.new().run(checks, options)
	elif options.has("endpoint"):
		await Live.new().run(checks, options)
	else:
		for suite: String in SUITES:
			if options.get("only", suite) == suite:
				await _run_suite(suite, checks)
	for failure in checks.failures:
		print("FAILED ", failure)
	print("%d checks, %d failed" % [checks.count, checks.failures.size()])
	quit(0 if checks.failures.is_empty() and checks.count > 0 else 1)


func _run_suite(suite: String, checks: Checks) -> void:
	var tests: Object = SUITES[suite].new()
	for method in tests.get_method_list():
		var name: String = method["name"]
		if name.begins_with("test_"):
			checks.running = "%s.%s" % [suite, name]
			var before := checks.count
			await tests.call(name, checks)
			# A test that a script error cut short asserts nothing or too little.
			checks.is_true(checks.count > before, "asserted nothing")


static func _options() -> Dictionary:
	var options := {}
	for argument in OS.get_cmdline_user_args():
		var parts := argument.trim_prefix("--").split("=", true, 1)
		options[parts[0]] = parts[1] if parts.size() > 1 else ""
	return options


static func _golden(options: Dictionary) -> String:
	if options.has("golden"):
		return options["golden"]
	var given := OS.get_environment("AVATAR_BRIDGE_GOLDEN")
	return given if given else ProjectSettings.globalize_path("res://") + "../../tests/golden"
