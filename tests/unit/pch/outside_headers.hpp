// SPDX-License-Identifier: Apache-2.0
// What most unit tests include from outside the project, compiled once for all of them. Each test still
// includes what it uses: a build without this header (-Db_pch=false) must compile too. Nobody includes it, so
// it has no guard.

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "tests/support/catch.hpp"
