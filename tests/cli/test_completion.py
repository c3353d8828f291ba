"""Completion in a real bash: what it offers is what the program has."""
import os, re, subprocess, tempfile

from commands import MERLON, ROOT, commands, help_of, run_tests

SCRIPT = os.path.join(ROOT, 'deploy', 'completion', 'merlon.bash')


def offers(*words, cwd=None):
    r = subprocess.run(['bash', '-c', 'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _merlon; printf "%s\\n" "${COMPREPLY[@]}"',
                        SCRIPT, MERLON, *words], capture_output=True, text=True, cwd=cwd)
    assert r.returncode == 0 and not r.stderr, r.stderr
    return set(r.stdout.split())


def test_every_command():
    have = set(commands())
    assert offers('') == have | {'help'}
    assert offers('help', '') == have and offers('sta') == {'status'}


def test_every_option_of_every_command():
    for command in commands():
        want = set(re.findall(r'(--[a-z][a-z-]*)', help_of(command, '--help')))
        assert offers(command, '-') == want, (command, offers(command, '-') ^ want)
    assert offers('proxy', '--tls') == {'--tls-cert', '--tls-key'}


def test_values():
    with tempfile.TemporaryDirectory() as d:
        os.mkdir(d + '/folder')
        open(d + '/file', 'w').close()
        assert offers('proxy', '--policy', 'f', cwd=d) == {'folder', 'file'}
        assert offers('defender', '--state-dir', 'f', cwd=d) == {'folder'}
        assert offers('lint', 'f', cwd=d) == {'folder', 'file'}
    assert offers('proxy', '--log-level', '') == {'debug', 'info', 'warn', 'error'}
    assert offers('defender', '--runtime', 'd') == {'docker'}
    assert offers('proxy', '--audit-syslog-format', '') == {'rfc5424', 'cef'}
    assert offers('proxy', '--workers', '') == set()
    assert offers('hook', '') >= {'install', 'uninstall', 'status'}


if __name__ == '__main__':
    run_tests(globals())
