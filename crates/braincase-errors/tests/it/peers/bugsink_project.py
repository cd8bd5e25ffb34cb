import json

from projects.models import Project

project = Project.objects.create(name="test", slug="test")
print("result", json.dumps({"id": project.id, "key": project.sentry_key.hex}))
