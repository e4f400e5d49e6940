// SPDX-License-Identifier: Apache-2.0
#include "common/os/host_name.hpp"

#include <sys/utsname.h>

#include "common/base/utf8.hpp"

namespace pipeline {

std::string host_name() {
    utsname names{};
    std::string copy;
    return ::uname(&names) == 0 ? std::string(readable_utf8(names.nodename, copy)) : std::string();
}

}  // namespace pipeline
