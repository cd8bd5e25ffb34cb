import json

from issues.models import Issue

def event(stored):
    columns = ["release", "environment", "level", "server_name", "calculated_type", "calculated_value"]
    return {name: getattr(stored, name) for name in columns} | {
        "tags": {tag.value.key.key: tag.value.value for tag in stored.get_tags},
        "sent": stored.get_parsed_data(),
    }

issues = [[event(stored) for stored in issue.event_set.order_by("digest_order")]
          for issue in Issue.objects.order_by("digest_order")]
print("result", json.dumps(issues))
