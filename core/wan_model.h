// The wide-area network between city nodes: how long a message takes from one place to another.
//
// One function for both drivers: the virtual cluster adds the delay to virtual time, the live shells hold a message for
// it in user space. The model and its figures are chosen to fit the measurements collected in docs/wan_model.md.
#pragma once

#include "core/place.h"
#include "core/random.h"
#include "core/time.h"

namespace bsn {

// All figures of the model; every one may be set in a topology's `wan:` section.
struct WanParameters {
  bool enabled = true;                             // false: every delay is zero, nothing is lost
  double fibre_km_per_second = 200'000;            // light in glass, about two thirds of c
  double mainland_detour = 2.1;                    // path length / great circle, inside mainland China
  double overseas_detour = 1.7;                    // the same for every other path
  Duration fixed = microseconds(500);              // equipment at the ends, one way
  Duration other_provider_min = milliseconds(5);   // crossing between mainland providers, one way
  Duration other_provider_max = milliseconds(15);  // the value of a pair of cities lies between, by distance
  Duration border = milliseconds(10);  // crossing mainland <-> overseas, one way, by the nearest of three exits
  double jitter_share = 0.05;          // mean jitter = share x base + jitter_fixed, gamma of shape 2
  Duration jitter_fixed = microseconds(300);
  double mainland_loss = 0.0005;                // a packet lost inside mainland China or between overseas cities
  double inbound_loss = 0.005;                  // a packet lost on its way into mainland China (leased line)
  Duration retransmit_min = milliseconds(200);  // a lost packet costs max(this, 2 x base round trip), as TCP would

  bool operator==(const WanParameters&) const = default;
};

// One direction of one pair of places: constant during a run.
struct LinkProfile {
  Duration base;         // without jitter and loss
  Duration jitter_mean;  // of a gamma of shape 2
  double loss = 0;       // 0 ... 1 per message
  Duration retransmit;   // added per loss
};

// The way from `from` to `to`. Same place: all zero. Symmetric but for inbound loss.
LinkProfile link_profile(const WanParameters& wan, const Place& from, const Place& to);

// One message's delay. At most eight losses in a row are counted, so the delay is bounded.
Duration sample_delay(const LinkProfile& link, Random& random);

}  // namespace bsn
