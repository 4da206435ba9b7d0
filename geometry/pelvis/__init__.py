"""The ilium and the sacroiliac joint."""
