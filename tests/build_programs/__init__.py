"""What `test_builds.py` runs in processes of their own: once per build to compare, and because it may crash."""
