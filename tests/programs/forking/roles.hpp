// SPDX-License-Identifier: Apache-2.0
// What the forked children do: the shipped programs' work (plain_roles.cpp), or the same with ids, bodies and
// results of any size (body_roles.cpp).
#pragma once

#include "common/base/exit_status.hpp"
#include "common/core/record.hpp"
#include "common/options/consumer_options.hpp"
#include "common/options/producer_options.hpp"

namespace pipeline::test {

[[nodiscard]] ExitStatus produce_in_test(const ProducerOptions& options);
[[nodiscard]] ExitStatus consume_in_test(const ConsumerOptions& options);
// True if the record's status, id and result are those of the invoice at its position.
[[nodiscard]] bool is_right(const RecordRange& records, std::size_t i);

}  // namespace pipeline::test
