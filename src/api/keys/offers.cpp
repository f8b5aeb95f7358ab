#include "api/keys/offers.hpp"

#include <algorithm>
#include <array>

namespace rediserve::api::keys {

namespace {

using http::method;

const std::array offers = {
    offer{place::key, method::get, get_key},
    offer{place::key, method::head, head_key},
    offer{place::key, method::put, put_key},
    offer{place::key, method::patch, patch_key},
    offer{place::key, method::delete_, delete_key},
    offer{place::incr, method::post, increment_key},
    offer{place::append, method::post, append_to_key},

    offer{place::keys, method::get, get_keys},
    offer{place::keys, method::put, put_keys},
    offer{place::keys, method::delete_, delete_keys},

    offer{place::fields, method::get, get_fields},
    offer{place::fields, method::patch, patch_fields},
    offer{place::field, method::get, get_field},
    offer{place::field, method::put, put_field},
    offer{place::field, method::delete_, delete_field},
    offer{place::field_incr, method::post, increment_field},

    offer{place::items, method::get, get_items},
    offer{place::items, method::post, push_items},
    offer{place::items, method::delete_, pop_items},
    offer{place::item, method::get, get_item},
    offer{place::item, method::put, put_item},

    offer{place::members, method::get, get_members},
    offer{place::members, method::post, add_members},
    offer{place::members, method::delete_, remove_members},
    offer{place::member, method::get, get_member},
    offer{place::member, method::put, put_member},
    offer{place::member, method::delete_, delete_member},

    offer{place::scores, method::get, get_scores},
    offer{place::scores, method::post, add_scores},
    offer{place::score, method::get, get_score},
    offer{place::score, method::put, put_score},
    offer{place::score, method::delete_, delete_score},
    offer{place::score_incr, method::post, increment_score},

    offer{place::entries, method::get, get_entries},
    offer{place::entries, method::post, add_entry},
    offer{place::entry, method::get, get_entry},
    offer{place::entry, method::delete_, delete_entry},
};

}   // namespace

const offer* find_offer(place at, http::method method) noexcept
{
    const auto wanted = [&](const offer& one) { return one.place == at && one.method == method; };
    const auto found = std::ranges::find_if(offers, wanted);
    if (found != offers.end())
        return &*found;
    return method == method::head ? find_offer(at, method::get) : nullptr;
}

std::string allowed_methods(place at)
{
    using enum http::method;
    std::string list;
    for (const http::method one : {get, head, put, patch, post, delete_})
        if (find_offer(at, one))
            list.append(http::name(one)).append(", ");
    return list.append("OPTIONS");
}

}   // namespace rediserve::api::keys
