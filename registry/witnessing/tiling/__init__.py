"""The log as a folder of files that any static server can serve: tiles, bundles of entries, the checkpoint.

The layout is C2SP tlog-tiles: `checkpoint`, `tile/<level>/<place>`, `tile/entries/<place>`.

act.py  writes what has grown since the checkpoint that lies there

What must stay true, whenever it is broken off:
1. Whatever checkpoint lies in the folder, every tile of its tree lies there too: it is written last.
2. A file that was there keeps its content; partial tiles of published checkpoints stay.
3. The checkpoint only moves forward, and only to a tree that contains the one before. A folder that shows a
   checkpoint of ours that our tree does not contain halts the log.
"""
