"""Generated from `proto/avatar_bridge/v1` by `scripts/generate_proto.py`; not edited by hand."""
