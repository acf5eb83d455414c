/* refusals.c: the wallet's own ways to say no: what happened and what to do. Those of the ledger are in operations/. */
#include "products/wallet/wallet.h"

const struct refusal refusal_level = {"level-too-low", 422, S_wallet_refused_level, false};
const struct refusal refusal_sum_small = {"sum-too-small", 422, S_wallet_refused_sum_small, false};
const struct refusal refusal_not_asked = {"not-asked", 409, S_wallet_refused_not_asked, false};
const struct refusal refusal_waiting_many = {"too-many-waiting", 422, S_wallet_refused_waiting_many, false};
const struct refusal refusal_not_cancellable = {"not-cancellable", 409, S_wallet_refused_not_cancellable, false};
const struct refusal refusal_no_wallet = {"no-wallet", 409, S_wallet_refused_no_wallet, false};
const struct refusal refusal_wallets_max = {"too-many-wallets", 409, S_wallet_refused_wallets_max, false};
const struct refusal refusal_topup_token = {"card-by-token", 403, S_wallet_refused_topup_token, false};
const struct refusal refusal_topup_off = {"top-up-unavailable", 409, S_wallet_refused_topup_off, false};
const struct refusal refusal_topup_small = {"sum-too-small", 422, S_wallet_refused_topup_small, false};
const struct refusal refusal_topup_large = {"sum-too-large", 422, S_wallet_refused_topup_large, false};
const struct refusal refusal_own_balance = {"balance-limit", 422, S_wallet_refused_own_balance, false};
const struct refusal refusal_own_month = {"month-in-limit", 422, S_wallet_refused_own_month, false};
