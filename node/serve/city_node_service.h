// The gRPC service of a city node: decodes, hands over, finishes. What a call means is the machine's business.
#pragma once

#include "node/serve/node_process.h"
#include "proto/city_node.grpc.pb.h"

namespace bsn {

class CityNodeService : public v1::CityNode::CallbackService {
 public:
  // `process` must outlive the server.
  explicit CityNodeService(NodeProcess& process) : process_(process) {}

  grpc::ServerUnaryReactor* Submit(grpc::CallbackServerContext* context, const v1::SubmitRequest* request,
                                   v1::Reply* response) override;
  grpc::ServerUnaryReactor* Query(grpc::CallbackServerContext* context, const v1::QueryRequest* request,
                                  v1::Reply* response) override;
  grpc::ServerUnaryReactor* GetTransaction(grpc::CallbackServerContext* context,
                                           const v1::GetTransactionRequest* request, v1::Reply* response) override;
  grpc::ServerUnaryReactor* GetBlock(grpc::CallbackServerContext* context, const v1::GetBlockRequest* request,
                                     v1::Block* response) override;
  grpc::ServerWriteReactor<v1::Block>* WatchBlocks(grpc::CallbackServerContext* context,
                                                   const v1::WatchBlocksRequest* request) override;
  grpc::ServerBidiReactor<v1::NodeCalls, v1::NodeAnswers>* CallBatches(grpc::CallbackServerContext* context) override;
  grpc::ServerReadReactor<v1::PeerMessages>* PeerLink(grpc::CallbackServerContext* context,
                                                      v1::PeerLinkClosed* response) override;

 private:
  NodeProcess& process_;
};

}  // namespace bsn
