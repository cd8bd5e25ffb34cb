import json
import sys

from sentry_relay.processing import StoreNormalizer

normalizer = StoreNormalizer(project_id=1, protocol_version="7", remove_other=True)
events = [normalizer.normalize_event(event) for event in json.load(sys.stdin)]
print("result", json.dumps(events))
