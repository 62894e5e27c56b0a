"""Parses messages of a file, ended by a form feed each, with a peer; prints messages per CPU second."""
import sys
import time

peer, path = sys.argv[1], sys.argv[2]
with open(path, encoding="utf-8", newline="") as file:
    messages = [text for text in file.read().split("\f") if text]
if peer == "hl7":
    import hl7

    def read(text):
        """Splits everything into fields, components and sub-components."""
        return hl7.parse(text)
else:
    from hl7apy.parser import parse_message

    messages = messages[: max(1, len(messages) // 40)]

    def read(text):
        """Builds the tree of the message without checking it against its profile."""
        return parse_message(text, find_groups=False)


best = float("inf")
for _ in range(3):
    start = time.process_time()
    for text in messages:
        read(text)
    best = min(best, time.process_time() - start)
print(len(messages) / best)
