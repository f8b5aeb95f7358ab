// Carries plans out and answers.
#pragma once

#include "api/upstash/answer.hpp"
#include "api/upstash/plan.hpp"
#include "rediserve/base/task.hpp"
#include "rediserve/commands/enclosed.hpp"

#include <vector>

namespace rediserve::api::upstash {

// One command: 200, or 400 when it fails or is refused.
task run_one(const call& of, plan&& what, format as);

// A pipeline: 200, whatever becomes of its commands. When Redis is lost on the way, what was answered stays answered and
// the rest fails; when nothing was answered the whole request does.
task run_list(const call& of, plan&& what, format as);

// A transaction: 200 when EXEC ran it, 400 when it was discarded.
task run_transaction(const call& of, plan&& what, format as);

// The same if all of these hold; else 412, and nothing was done.
task run_transaction_if(const call& of, plan&& what, std::vector<commands::condition>&& only_if, format as);

}   // namespace rediserve::api::upstash
