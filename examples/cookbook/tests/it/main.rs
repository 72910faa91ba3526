//! The programs of the cookbook, each run a thousand times against a server
//! that counts early polls and misreadings.
#![cfg(unix)]

mod acme_order;
mod acme_renewal;
mod ai_batch;
mod aws_waiter;
mod cloud_operation;
mod device_login;
mod firmware;
mod google_operation;
mod grpc_pushback;
mod job_queue;
mod many_orders;
mod operation;
mod page;
mod reconnect;
mod server;
mod tower_retry;
mod wait_for_service;
