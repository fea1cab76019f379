"""Calls a gateway by Python's grpcio, as a client without .proto files: descriptors come by reflection.

usage: grpcio_peer.py HOST:PORT. The city node behind it answers every call but those with the key "never".
"""
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

channel = grpc.insecure_channel(sys.argv[1])
KEY = (("x-api-key", "all-key"),)


def fields(data):
    """The length-delimited fields of a message as (number, bytes)."""
    at = 0

    def varint():
        nonlocal at
        value, shift = 0, 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        tag = varint()
        value = varint()
        if tag & 7 == 2:
            yield tag >> 3, data[at : at + value]
            at += value


def reflect(number, text):
    """Asks the reflection service one question; the fields of the answer."""
    call = channel.stream_stream("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")
    request = bytes([number << 3 | 2, len(text)]) + text.encode()
    (answer,) = list(call(iter([request])))
    return dict(fields(answer))


services = [dict(fields(entry))[1].decode() for _, entry in fields(reflect(7, "")[6])]
assert "bsn.v1.Gateway" in services and "grpc.health.v1.Health" in services, services
assert 7 in reflect(4, "no.such.Symbol"), "an unknown symbol is an error, not the end of the stream"

pool = descriptor_pool.DescriptorPool()
files = [descriptor_pb2.FileDescriptorProto.FromString(data) for _, data in fields(reflect(4, "bsn.v1.Gateway")[4])]
for file in reversed(files):  # imports first
    pool.Add(file)
factory = message_factory.MessageFactory(pool)


def message(name):
    return factory.GetPrototype(pool.FindMessageTypeByName("bsn.v1." + name))


SubmitRequest, Reply = message("SubmitRequest"), message("Reply")
ClientCalls, ClientReplies = message("ClientCalls"), message("ClientReplies")


def submit_request(key):
    request = SubmitRequest()
    request.chain.network, request.chain.chain = "fabric", "trade"
    request.contract, request.function, request.idempotency_key = "kv", "put", key
    request.args.extend([b"a", b"1"])
    request.level = 1
    return request


submit = channel.unary_unary("/bsn.v1.Gateway/Submit", SubmitRequest.SerializeToString, Reply.FromString)

reply = submit(submit_request("plain"), metadata=KEY, timeout=20)
assert reply.city == "tianjin", reply
reply = submit(submit_request("zipped"), metadata=KEY, timeout=20, compression=grpc.Compression.Gzip)
assert reply.city == "tianjin", reply


def refused(call, code):
    try:
        call()
    except grpc.RpcError as error:
        assert error.code() == code, error
        return error
    raise AssertionError("not refused")


error = refused(lambda: submit(submit_request("x"), timeout=20), grpc.StatusCode.UNAUTHENTICATED)
trailers = dict(error.trailing_metadata())
assert trailers["bsn-reason"] == "UNKNOWN_KEY", trailers
assert Reply.FromString(trailers["grpc-status-details-bin"]).status == 16
refused(lambda: submit(submit_request("never"), metadata=KEY, timeout=0.3), grpc.StatusCode.DEADLINE_EXCEEDED)
refused(
    lambda: channel.unary_unary("/bsn.v1.Gateway/Nothing")(b"", metadata=KEY, timeout=20),
    grpc.StatusCode.UNIMPLEMENTED,
)

future = submit.future(submit_request("never"), metadata=KEY, timeout=20)
future.cancel()
assert future.cancelled()

stream = channel.stream_stream("/bsn.v1.Gateway/Stream", ClientCalls.SerializeToString, ClientReplies.FromString)


def batches():
    for first in range(0, 1000, 100):
        calls = ClientCalls()
        for number in range(first, first + 100):
            call = calls.calls.add()
            call.id = number
            call.call.submit.CopyFrom(submit_request(str(number)))
        yield calls


call = stream(batches(), metadata=KEY, timeout=20)
answered = [reply.id for replies in call for reply in replies.replies]
assert sorted(answered) == list(range(1000)), (len(answered), call.code(), call.details())

health = channel.unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=20)
assert health == b"\x08\x01", health
print("all well")
