// HTTPFetching
