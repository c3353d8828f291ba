"""A small application of our own: notes over REST with JSON, the same over GraphQL, a page with scripts that use both."""
import os

NAME = 'notes'
HOST = 'notes.test'
PACKAGES = ['python3', 'python3-graphql-core']


def start(services, port, public_port):
    services.start('notes', ['/usr/bin/python3', os.path.join(os.path.dirname(os.path.abspath(__file__)), 'notes_app.py'), str(port)], port)
