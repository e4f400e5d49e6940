// SPDX-License-Identifier: Apache-2.0
// What robustness costs: locking and unlocking when nobody else wants to.
#include <benchmark/benchmark.h>
#include <pthread.h>

#include <chrono>

#include "bench/harness/shared.hpp"
#include "common/shm/robust_mutex.hpp"

namespace pipeline::bench {
namespace {

void lock_plain(benchmark::State& state) {
    auto& mutex = shared<pthread_mutex_t>();
    pthread_mutexattr_t attributes;
    ::pthread_mutexattr_init(&attributes);
    ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    ::pthread_mutex_init(&mutex, &attributes);
    for (auto _ : state) {
        ::pthread_mutex_lock(&mutex);
        benchmark::ClobberMemory();
        ::pthread_mutex_unlock(&mutex);
    }
}
BENCHMARK(lock_plain);

void lock_robust(benchmark::State& state) {
    auto& mutex = shared<RobustMutex>();
    mutex.initialise();
    for (auto _ : state) {
        const auto guard = mutex.lock([] {});
        benchmark::ClobberMemory();
    }
}
BENCHMARK(lock_robust);

void lock_robust_for_a_time(benchmark::State& state) {
    auto& mutex = shared<RobustMutex>();
    mutex.initialise();
    for (auto _ : state) {
        const auto guard = mutex.lock_for(std::chrono::milliseconds(500), [] {});
        benchmark::ClobberMemory();
    }
}
BENCHMARK(lock_robust_for_a_time);

}  // namespace
}  // namespace pipeline::bench
