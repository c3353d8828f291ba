#!/usr/bin/env python3
"""Honest requests of our own are let through (tools/honest): some of each kind, at the defaults."""
import os, sys

sys.dont_write_bytecode = True
TOOL = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../tools/honest')
EACH = int(os.environ.get('MERLON_HONEST_EACH', '4'))
MAY_REFUSE = {'first': 0.004, 'second': 0.004, 'third': 0.008, 'fourth': 0.008, 'fifth': 0.012, 'sixth': 0.036,
        'long': 0.08}  # of ordinary requests


def main():
    sys.path.insert(0, TOOL)
    from importlib.machinery import SourceFileLoader
    honest = SourceFileLoader('honest', os.path.join(TOOL, 'honest')).load_module()
    for wave, limit in MAY_REFUSE.items():
        made = [x for x in honest.requests(honest.load(wave), EACH, 'test') if not x[1]]
        verdicts = honest.judge(os.environ['MERLON'], None, made)
        refused = [(name, v) for (name, _, _), v in zip(made, verdicts) if honest.refuses(v)]
        for name, v in refused:
            honest.show(name, v)
        print('%s wave: %d of %d ordinary requests of %d kinds refused' % (wave, len(refused), len(made), len({name for name, _, _ in made})))
        if len(made) < 50 or len(verdicts) != len(made):
            sys.exit('not all were judged')
        if len(refused) > limit * len(made):
            sys.exit('more than %g %%' % (100 * limit))


if __name__ == '__main__':
    main()
