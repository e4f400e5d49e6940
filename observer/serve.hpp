// SPDX-License-Identifier: Apache-2.0
// observer --listen: what is seen, over HTTP. Reading only, and bounded: a few threads, two seconds and
// 16 KiB for each request with its answer, no bodies. Requests are answered from the last look, so that they
// cost the pipeline nothing. An optional part: without the library no_serve.cpp stands for it.
#pragma once

#include "common/exit_status.hpp"
#include "observer/options.hpp"

namespace pipeline {

// Until SIGTERM or SIGINT. Throws Failure: as open_listening_socket(); Configuration if this observer was
// built without it.
[[nodiscard]] ExitStatus serve(const ObserverOptions& options);

}  // namespace pipeline
