"""medspaCy over texts: sentences, targets by the given words, and ConText; prints processor seconds and what each target is said to be."""

import json
import sys
import time
import warnings
from importlib.metadata import version

warnings.filterwarnings("ignore")
from loguru import logger  # noqa: E402

logger.remove()
import medspacy  # noqa: E402
from medspacy.ner import TargetRule  # noqa: E402

given = json.load(open(sys.argv[1], encoding="utf-8"))
pipeline = medspacy.load()
pipeline.get_pipe("medspacy_target_matcher").add([TargetRule(word, "PROBLEM") for word in given["words"]])

for text in given["texts"][:5]:
    pipeline(text)
least = float("inf")
for _ in range(int(sys.argv[2])):
    start = time.process_time()
    for text in given["texts"]:
        pipeline(text)
    least = min(least, time.process_time() - start)

said = []
for text in given["annotated"]:
    spans = [
        {
            "from": ent.start_char,
            "to": ent.end_char,
            "negated": bool(ent._.is_negated),
            "historical": bool(ent._.is_historical),
            "hypothetical": bool(ent._.is_hypothetical),
            "family": bool(ent._.is_family),
            "uncertain": bool(ent._.is_uncertain),
        }
        for ent in pipeline(text).ents
    ]
    said.append(spans)
print(json.dumps({"seconds": least, "said": said, "versions": f"medspaCy {version('medspacy')}, spaCy {version('spacy')}"}))
