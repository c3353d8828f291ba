"""The kinds of honest requests: name -> (function of a Wire, whether text in it is code by design)."""
KINDS = {}


def kind(name, hard=False, weight=1):
    def register(make):
        assert name not in KINDS, name
        KINDS[name] = (make, hard, weight)
        return make
    return register


def hard(name, weight=1):
    """Text that is code by design: posts about programs, queries, configuration. Counted apart."""
    return kind(name, True, weight)
