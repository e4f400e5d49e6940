// SPDX-License-Identifier: Apache-2.0
// observer --listen: what is seen, over HTTP. Reading only, and bounded (clients.hpp). One thread looks and
// answers in turns, from the last look, so that requests cost the pipeline nothing. An optional part: without
// the library no_serve.cpp stands for it.
#pragma once

#include "common/base/exit_status.hpp"
#include "observer/options/options.hpp"

namespace pipeline {

// Until SIGTERM or SIGINT. Throws Failure: as open_listening_socket(); Configuration if this observer was
// built without it.
[[nodiscard]] ExitStatus serve(const ObserverOptions& options);

}  // namespace pipeline
