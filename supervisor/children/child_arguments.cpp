// SPDX-License-Identifier: Apache-2.0
#include "supervisor/children/child_arguments.hpp"

#include <unistd.h>

#include "common/options/consumer_options.hpp"
#include "common/options/producer_options.hpp"

namespace pipeline {

std::vector<std::string> producer_arguments(const Options& options) {
    ProducerOptions producer;
    producer.name = options.name;
    producer.source = options.source;
    producer.once = options.once;
    producer.rate = options.rate;
    producer.spool = options.spool;
    producer.batch_max = options.batch_max;
    producer.drain_timeout = options.drain_timeout;
    producer.log_level = options.log_level;
    producer.parent = ::getpid();
    return to_arguments(producer);
}

std::vector<std::string> consumer_arguments(const Options& options, std::uint16_t place) {
    ConsumerOptions consumer;
    consumer.name = options.name;
    consumer.place = place;
    consumer.source = options.source;
    consumer.process = options.process;
    consumer.outside = options.outside;
    consumer.ledger = options.ledger;
    consumer.batch_max = options.batch_max;
    consumer.max_attempts = options.max_attempts;
    consumer.item_timeout = options.item_timeout;
    consumer.flush_interval = options.flush_interval;
    consumer.drain_timeout = options.drain_timeout;
    consumer.log_level = options.log_level;
    consumer.parent = ::getpid();
    return to_arguments(consumer);
}

}  // namespace pipeline
