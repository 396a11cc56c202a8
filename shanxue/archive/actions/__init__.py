"""Writing in this room: sealing a year, taking evidence, doubts."""
