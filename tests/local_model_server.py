"""`python local_model_server.py MODEL PREDICT END`: llama.cpp's server, until standard input ends.

PREDICT is the most tokens of an answer; where END is `endless`, every answer has as many. Prints
its address once it is ready.
"""

import importlib
import os
import sys

CONTEXT = 8192  # tokens, as many as the model was trained for


def main(model: str, predict: int, *, endless: bool) -> None:
    llama = importlib.import_module("xllamacpp")  # on the path that it is started with
    wanted = llama.CommonParams()
    wanted.model.path = model
    wanted.hostnames = ["127.0.0.1"]
    wanted.port = 0
    wanted.n_ctx = CONTEXT
    wanted.n_parallel = 1
    wanted.n_predict = predict
    # One alone: several wait for one another by spinning, which costs much on a busy machine.
    wanted.cpuparams.n_threads = 1
    wanted.cpuparams_batch.n_threads = 1
    wanted.endpoint_slots = True
    wanted.sampling.temp = 0.0  # always the likeliest token, so that it says the same again
    wanted.sampling.ignore_eos = endless
    server = llama.Server(wanted)
    print(server.listening_address, flush=True)
    sys.stdin.read()
    os._exit(0)  # its threads hold nothing that has to be put away


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), endless=sys.argv[3] == "endless")
