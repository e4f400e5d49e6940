// SPDX-License-Identifier: Apache-2.0
// Runs observer --listen: serves the view over HTTP, read-only and bounded (clients.hpp). One thread both
// observes and answers. It answers from the last observation, so requests cost the pipeline nothing. This
// part is optional: without the HTTP library, no_serve.cpp replaces it.
#pragma once

#include "common/base/exit_status.hpp"
#include "observer/options/options.hpp"

namespace pipeline {

// Runs until SIGTERM or SIGINT. Throws Failure Configuration if this observer was built without the HTTP
// library. Also throws whatever open_listening_socket() throws.
[[nodiscard]] ExitStatus serve(const ObserverOptions& options);

}  // namespace pipeline
