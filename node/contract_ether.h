// Contract "ether": the accounts of contract "asset" as Ethereum has them: anyone may be paid, every transfer has its
// place by nonce, and costs a fee.
//
//   transfer FROM TO AMOUNT NONCE FEE FEE_TO SIGNED  write  moves AMOUNT to TO and FEE to FEE_TO; accounts that are not
//                                                           there yet begin with nothing. Returns FROM's new nonce.
//                                                           Refused: NONCE is not FROM's present one, FROM has not
//                                                           AMOUNT + FEE, TO or FEE_TO can't hold that much
//   account ACCOUNT                                  read   "BALANCE NONCE"; "0 0" when it is not there
//
// Addresses are 0x and 40 small hex digits. Amounts are in gwei (10^9 wei), so that all ether there is fits 64 bits;
// they may be 0. SIGNED is the signed transaction as the wallet made it, kept on the chain for whoever wants to verify
// it: who speaks Ethereum's language with wallets (edge/ethereum/) has recovered FROM from it. As with "asset", the
// contract itself takes the caller's word.
#pragma once

#include "node/contract.h"

namespace bsn {

Contract ether_contract();

}  // namespace bsn
