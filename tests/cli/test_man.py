"""The man pages say what --help says, and the other way round; mandoc has nothing to warn of."""
import os, re, shutil, subprocess, types

from commands import MERLON, ROOT, commands, help_of, run_tests

MAN = os.path.join(ROOT, 'docs', 'man')


def read(name):
    with open(os.path.join(MAN, name)) as f:
        return f.read()


def help_options(command):
    text = help_of(command, '--help')
    return set(re.findall(r'^  --([a-z-]+)', text, re.M)) or set(re.findall(r'--([a-z-]+)', text))


def test_each_option_of_help_is_in_the_page_and_the_other_way_round():
    pages = [c for c in commands() if c != 'version']
    for c in pages:
        page = read('merlon-%s.1' % c)
        described = set(re.findall(r'^\.It Fl -([a-z-]+)', page, re.M))
        assert described == help_options(c), (c, described ^ help_options(c))
        used = set(re.findall(r'Fl -([a-z-]+)', page))
        assert used == described, (c, used ^ described)
        synopsis = page.split('.Sh DESCRIPTION')[0]
        for o in described - {'help'}:
            assert 'Fl -' + o in synopsis, (c, o)


def test_each_command_and_page_is_named():
    page = read('merlon.1')
    for c in commands():
        assert re.search(r'^\.It Cm %s$' % c, page, re.M), c
    for name in os.listdir(MAN):
        stem, section = name.rsplit('.', 1)
        assert name == 'merlon.1' or '.Xr %s %s' % (stem, section) in page, name
        assert name in open(os.path.join(ROOT, 'meson.build')).read(), name + ' is not installed'


def test_exit_codes_are_described():
    for name in os.listdir(MAN):
        if name.endswith('.1'):
            codes = re.findall(r'^\.It (\d)$', read(name).split('.Sh EXIT STATUS')[1], re.M)
            assert codes == ['0', '1', '2', '3'], (name, codes)


def test_the_fields_of_a_policy_are_those_of_explain():
    tool = types.ModuleType('man_fields')
    path = os.path.join(ROOT, 'tools', 'man-fields')
    exec(compile(open(path).read(), path, 'exec'), tool.__dict__)
    page = read('merlon-policy.5')
    have = page.split(tool.BEGIN)[1].split(tool.END)[0]
    assert have == tool.section(MERLON), 'renew it: tools/man-fields MERLON docs/man/merlon-policy.5'


def test_mandoc_does_not_complain():
    if not shutil.which('mandoc'):
        print('  mandoc is not here')
        return
    for name in os.listdir(MAN):
        r = subprocess.run(['mandoc', '-Tlint', '-Wwarning', os.path.join(MAN, name)], capture_output=True, text=True)
        assert r.returncode == 0, r.stdout


if __name__ == '__main__':
    run_tests(globals())
