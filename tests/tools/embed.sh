#!/bin/sh
# An honest request passes and an attack does not: tests/tools/embed.sh EMBED
set -eu
printf 'GET /?q=a+chair HTTP/1.1\r\nHost: a\r\n\r\n' | "$1" | grep -q '^passed'
printf "GET /?id=1'+OR+1=1--+- HTTP/1.1\r\nHost: a\r\n\r\n" | "$1" | grep -q '^  sqli/'
