"""Completion in a real bash: what it offers is what the program has."""
import os, re, subprocess, sys, tempfile

MERLON, ROOT = os.environ['MERLON'], os.environ['MERLON_SOURCE_ROOT']
SCRIPT = os.path.join(ROOT, 'deploy', 'completion', 'merlon.bash')


def offers(*words, cwd=None):
    r = subprocess.run(['bash', '-c', 'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _merlon; printf "%s\\n" "${COMPREPLY[@]}"',
                        SCRIPT, MERLON, *words], capture_output=True, text=True, cwd=cwd)
    assert r.returncode == 0 and not r.stderr, r.stderr
    return set(r.stdout.split())


def help_of(*words):
    return subprocess.run([MERLON, *words], capture_output=True, text=True, check=True).stdout


def test_every_command():
    commands = set(re.findall(r'^  ([a-z]+) {2,}', help_of('help').split('\nTry it')[0], re.M))
    assert 'bypass' in commands and offers('') == commands | {'help'}
    assert offers('help', '') == commands and offers('sta') == {'status'}


def test_every_option_of_every_command():
    for command in offers('') - {'help'}:
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
    failed = 0
    for name, test in list(globals().items()):
        if name.startswith('test_'):
            try:
                test()
                print('ok', name)
            except Exception as e:  # the rest runs, too
                failed += 1
                print('FAIL', name, repr(e))
    sys.exit(failed != 0)
