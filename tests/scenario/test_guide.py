#!/usr/bin/env python3
"""docs/user/getting-started.md is true: its commands run in order in one shell, on ports of their own, and each
```text block is what the ```sh block before it printed."""
import os, re, shutil, signal, subprocess, sys, tempfile, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import MERLON, free_port, run

GUIDE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'docs', 'user', 'getting-started.md')
PAUSE = 0.8  # the reader takes longer than a policy needs to be read again


def blocks(text):
    """[(commands, expected output or None)]"""
    out = []
    for lang, body in re.findall(r'^```(sh|text)\n(.*?)^```$', text, re.M | re.S):
        if lang == 'sh':
            out.append([body, None])
        else:
            assert out[-1][1] is None, body
            out[-1][1] = body
    return out


def test_every_command_of_the_guide_prints_what_it_says():
    for tool in ('curl', 'jq'):
        if not shutil.which(tool):
            print('  %s is not here' % tool)
            sys.exit(77)
    text = open(GUIDE).read()
    for port in ('8080', '9000', '9090'):
        text = text.replace(port, str(free_port()))
    with tempfile.TemporaryDirectory() as d:
        build = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(MERLON))))
        os.mkdir(os.path.join(d, 'build'))
        os.symlink(build, os.path.join(d, 'build', 'release'))
        sh = subprocess.Popen(['bash'], cwd=d, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                              start_new_session=True)
        try:
            for commands, expected in blocks(text):
                sh.stdin.write(commands + '\necho "=== done"\n')
                sh.stdin.flush()
                got = ''
                for line in sh.stdout:
                    if line == '=== done\n':
                        break
                    got += line.rstrip() + '\n'
                else:
                    raise AssertionError('the shell ended in:\n' + commands)
                if expected is not None:
                    expected = re.sub(r'[ \t]+$', '', expected, flags=re.M)
                    assert got == expected, '%s\nprinted:\n%s\nand the guide says:\n%s' % (commands, got, expected)
                time.sleep(PAUSE)
        finally:
            sh.stdin.close()
            try:
                os.killpg(sh.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            sh.wait(10)


if __name__ == '__main__':
    run(globals())
