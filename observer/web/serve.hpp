// SPDX-License-Identifier: Apache-2.0
// observer --listen: the view over HTTP, read-only and bounded (clients.hpp). One thread alternates between
// looking and answering. It answers from the last look, so requests cost the pipeline nothing. An optional
// part: without the library, no_serve.cpp replaces it.
#pragma once

#include "common/base/exit_status.hpp"
#include "observer/options/options.hpp"

namespace pipeline {

// Runs until SIGTERM or SIGINT. Throws Failure: as open_listening_socket(); Configuration if this observer
// was built without it.
[[nodiscard]] ExitStatus serve(const ObserverOptions& options);

}  // namespace pipeline
