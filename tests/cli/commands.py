"""What the program says of itself, for the tests of its command line."""
import os, re, subprocess, sys

MERLON = os.environ['MERLON']
ROOT = os.environ.get('MERLON_SOURCE_ROOT', '.')


def help_of(*words):
    return subprocess.run([MERLON, *words], capture_output=True, text=True, check=True).stdout


def commands():
    """All but help, in the order of `merlon help`."""
    found = re.findall(r'^  ([a-z]+) {2,}', help_of('help').split('\nTry it')[0], re.M)
    assert {'run', 'proxy', 'defender', 'check', 'lint', 'version'} <= set(found), found
    return found


def run_tests(tests):
    """Runs test_* of a module's globals, also behind one that fails; ends the program."""
    failed = 0
    for name, test in list(tests.items()):
        if name.startswith('test_'):
            try:
                test()
                print('ok', name)
            except Exception as e:
                failed += 1
                print('FAILED', name, repr(e))
    sys.exit(failed != 0)
