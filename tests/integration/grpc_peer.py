"""A gRPC server on port 50051, or a client of it: one answer to one question, streams in either and in both directions,
metadata, and an error of the server's."""
import concurrent.futures, sys

import grpc

BIG = b'x' * 3000000


def unary(request, context):
    context.set_trailing_metadata((('seen', dict(context.invocation_metadata())['word']),))
    return request[::-1]


def failing(request, context):
    context.abort(grpc.StatusCode.FAILED_PRECONDITION, 'not now')


class Shop(grpc.GenericRpcHandler):
    def service(self, call):
        return {'/shop.Shop/Reverse': grpc.unary_unary_rpc_method_handler(unary),
                '/shop.Shop/Fail': grpc.unary_unary_rpc_method_handler(failing),
                '/shop.Shop/Peer': grpc.unary_unary_rpc_method_handler(lambda request, context: context.peer().rpartition(':')[0].encode()),
                '/shop.Shop/Count': grpc.unary_stream_rpc_method_handler(lambda request, context: (b'%d' % i for i in range(int(request)))),
                '/shop.Shop/Sum': grpc.stream_unary_rpc_method_handler(lambda requests, context: b'%d' % sum(map(len, requests))),
                '/shop.Shop/Echo': grpc.stream_stream_rpc_method_handler(lambda requests, context: requests)}.get(call.method)


def serve():
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(8), handlers=[Shop()])
    assert server.add_insecure_port('0.0.0.0:50051') == 50051
    server.start()
    server.wait_for_termination()


def ask(address, word):
    channel = grpc.insecure_channel(address + ':50051')
    grpc.channel_ready_future(channel).result(timeout=20)
    answer, call = channel.unary_unary('/shop.Shop/Reverse').with_call(BIG, timeout=20, metadata=(('word', word),))
    assert answer == BIG and ('seen', word) in call.trailing_metadata()
    try:
        channel.unary_unary('/shop.Shop/Fail')(b'', timeout=20)
        raise AssertionError('no error')
    except grpc.RpcError as e:
        assert e.code() == grpc.StatusCode.FAILED_PRECONDITION and e.details() == 'not now', e
    assert list(channel.unary_stream('/shop.Shop/Count')(b'500', timeout=20)) == [b'%d' % i for i in range(500)]
    assert channel.stream_unary('/shop.Shop/Sum')((b'y' * 1000 for _ in range(1000)), timeout=20) == b'1000000'
    echo = channel.stream_stream('/shop.Shop/Echo')((word.encode() for _ in range(100)), timeout=20)
    assert list(echo) == [word.encode()] * 100
    print(channel.unary_unary('/shop.Shop/Peer')(b'', timeout=20).decode())


if __name__ == '__main__':
    serve() if sys.argv[1] == 'serve' else ask(*sys.argv[2:])
