"""Links the records of a JSON file with recordlinkage and splink: candidate pairs, processor seconds, pairs found.

The same records and the same rules for candidate pairs as Gemel's, as far as each can say them: the day of birth, the telephone, street and
postcode, family name with the first letter of the given name, family name with the year of birth.
"""

import json
import sys
import time
import warnings

import pandas as pd

warnings.filterwarnings("ignore")
path = sys.argv[1]
records = pd.DataFrame(json.load(open(path))).set_index("id")
records = records.replace("", None)
records["initial"] = records["given"].str[:1]
records["year"] = records["birthDate"].str[:4]
BLOCKS = [["birthDate"], ["phone"], ["street", "postcode"], ["family", "initial"], ["family", "year"]]


def told(work):
    try:
        start = time.process_time()
        candidates, found = work()
        return {"seconds": time.process_time() - start, "candidates": int(candidates), "pairs": found}
    except Exception as error:  # a peer that cannot run is a row that says so
        return {"error": f"{type(error).__name__}: {error}".splitlines()[0][:200]}


def with_recordlinkage():
    import recordlinkage

    pairs = None
    for keys in BLOCKS:
        there = records.dropna(subset=keys)
        index = recordlinkage.Index()
        index.block(keys)
        made = index.index(there)
        pairs = made if pairs is None else pairs.union(made)
    compare = recordlinkage.Compare()
    compare.string("given", "given", method="jarowinkler", threshold=0.92)
    compare.string("family", "family", method="jarowinkler", threshold=0.92)
    compare.exact("birthDate", "birthDate")
    compare.exact("sex", "sex")
    compare.string("street", "street", method="jarowinkler", threshold=0.92)
    compare.exact("postcode", "postcode")
    compare.exact("phone", "phone")
    vectors = compare.compute(pairs, records)
    found = recordlinkage.ECMClassifier().fit_predict(vectors)
    return len(pairs), [list(pair) for pair in found]


def with_splink():
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    table = records.reset_index().rename(columns={"id": "unique_id"})
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.JaroWinklerAtThresholds("given", [0.92, 0.82]).configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("family", [0.92, 0.82]).configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("birthDate", [1, 2]),
            cl.ExactMatch("sex"),
            cl.JaroWinklerAtThresholds("street", [0.92]),
            cl.ExactMatch("postcode"),
            cl.ExactMatch("phone"),
        ],
        blocking_rules_to_generate_predictions=[block_on(*keys) for keys in BLOCKS],
    )
    linker = Linker(table, settings, db_api=DuckDBAPI())
    linker.training.estimate_probability_two_random_records_match([block_on("birthDate", "family", "given")], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("birthDate"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("family", "initial"))
    predictions = linker.inference.predict().as_pandas_dataframe()
    found = predictions[predictions["match_probability"] >= 0.5]
    return len(predictions), found[["unique_id_l", "unique_id_r"]].values.tolist()


import logging

logging.disable(logging.CRITICAL)
from importlib.metadata import version

print(
    json.dumps(
        {
            f"recordlinkage {version('recordlinkage')}": told(with_recordlinkage),
            f"splink {version('splink')}": told(with_splink),
        }
    )
)
