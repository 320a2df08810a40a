def compare(bench, _):
    pass
