#!/bin/sh
# kill_campaign.sh - kill runs at random moments and resume them; see kill_campaign --help
#
# SPDX-License-Identifier: Apache-2.0
exec python3 "$(dirname "$0")/kill_campaign" "$@"
