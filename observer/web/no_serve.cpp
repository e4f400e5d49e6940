// SPDX-License-Identifier: Apache-2.0
// Replaces serve.cpp in builds without the HTTP library, cpp-httplib.
#include "common/base/error.hpp"
#include "observer/web/serve.hpp"

namespace pipeline {

ExitStatus serve(const ObserverOptions& /*options*/) {
    throw Failure(
        ExitStatus::Configuration,
        "--listen: this observer was built without cpp-httplib; install it (libcpp-httplib-dev) and "
        "build again");
}

}  // namespace pipeline
