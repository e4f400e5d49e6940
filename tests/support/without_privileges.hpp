// SPDX-License-Identifier: Apache-2.0
// While it lives, the process has no more rights than anybody, so that permissions count for root too.
#pragma once

#include <unistd.h>

#include <cstdlib>

namespace pipeline::test {

class WithoutPrivileges {
  public:
    WithoutPrivileges() {
        if (::geteuid() == 0) lowered_ = ::seteuid(kNobody) == 0;
    }
    WithoutPrivileges(const WithoutPrivileges&) = delete;
    WithoutPrivileges& operator=(const WithoutPrivileges&) = delete;
    ~WithoutPrivileges() {
        if (lowered_ && ::seteuid(0) != 0) std::abort();
    }

  private:
    static constexpr uid_t kNobody = 65534;
    bool lowered_ = false;
};

}  // namespace pipeline::test
