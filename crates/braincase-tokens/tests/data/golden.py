"""Counts the texts of golden.json with Python tiktoken, and writes the counts beside them.

Usage: python golden.py FOLDER, where FOLDER holds o200k_base.tiktoken and cl100k_base.tiktoken.
"""

import json
import pathlib
import sys

import tiktoken
from tiktoken import load
from tiktoken_ext import openai_public

GOLDEN = pathlib.Path(__file__).with_name("golden.json")
FOLDER = pathlib.Path(sys.argv[1])


def encoding(name):
    # Only where the vocabulary comes from is changed; the regular expression stays that of the package.
    def from_folder(url, expected_hash=None):
        return load.load_tiktoken_bpe(str(FOLDER / url.rsplit("/", 1)[1]), expected_hash)

    openai_public.load_tiktoken_bpe = from_folder
    return tiktoken.Encoding(**getattr(openai_public, name)())


golden = json.loads(GOLDEN.read_text())
names = ["o200k_base", "cl100k_base"]
encodings = {name: encoding(name) for name in names}
for text in golden["texts"]:
    whole = text["unit"] * text["repeat"]
    text["tokens"] = {name: len(encodings[name].encode_ordinary(whole)) for name in names}
lines = ",\n".join("    " + json.dumps(text, ensure_ascii=True) for text in golden["texts"])
GOLDEN.write_text(f'{{\n  "made": {json.dumps(golden["made"])},\n  "texts": [\n{lines}\n  ]\n}}\n')
