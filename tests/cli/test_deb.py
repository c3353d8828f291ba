"""The package that `make deb` builds: what is in it, and that it runs from where it is unpacked."""
import glob, os, re, shutil, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SKIP = 77


def run(*command):
    r = subprocess.run(command, capture_output=True, text=True)
    assert r.returncode == 0, (command, r.returncode, r.stdout[-500:], r.stderr[-500:])
    return r.stdout


def main():
    if not all(shutil.which(p) for p in ('dpkg-deb', 'dpkg-shlibdeps', 'dpkg-architecture')):
        print('skipped: needs dpkg-dev')
        sys.exit(SKIP)
    package = run(os.path.join(ROOT, 'tools/deb'), sys.argv[1]).strip()
    fields = run('dpkg-deb', '--field', package)
    version = re.search(r"version: '(.*?)'", open(os.path.join(ROOT, 'meson.build')).read()).group(1)
    assert 'Version: %s\n' % version in fields, fields
    assert re.search(r'^Depends: .*libc6 \(.*libssl3', fields, re.M), fields
    assert '@' not in re.sub('<.*>', '', fields), fields
    with tempfile.TemporaryDirectory() as d:
        run('dpkg-deb', '--raw-extract', package, d)
        merlon = d + '/usr/bin/merlon'
        assert version in run(merlon, '--version')
        for policy in ('shop.yaml', 'wordpress.yaml'):
            run(merlon, 'lint', d + '/usr/share/doc/merlon/examples/' + policy)
        # every page, and every program that a unit starts
        pages = {os.path.basename(p)[:-3] for f in (1, 5) for p in os.listdir(d + '/usr/share/man/man%d' % f)}
        assert pages == set(os.listdir(os.path.join(ROOT, 'docs/man'))), pages
        assert os.path.exists(d + '/usr/share/bash-completion/completions/merlon')
        units = glob.glob(d + '/usr/lib/systemd/system/*')
        assert units
        for unit in units:
            for program in re.findall(r'^Exec\w+=(/\S+/merlon)\b', open(unit).read(), re.M):
                assert os.access(d + program, os.X_OK), (unit, program)
        for script in ('postinst', 'prerm', 'postrm'):
            run('sh', '-n', d + '/DEBIAN/' + script)
        run('sh', '-c', 'cd "$0" && md5sum --quiet -c DEBIAN/md5sums', d)
        # nothing of the machine that it was built on
        for path, _, names in os.walk(d):
            for name in names:
                with open(os.path.join(path, name), 'rb') as f:
                    assert ROOT.encode() not in f.read(), name
    print('ok:', os.path.basename(package))


main()
