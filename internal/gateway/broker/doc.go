// Package broker lets meters and gateways of working conditions report by MQTT
// 3.1.1. It is the receiving half of a broker only: it takes what devices
// publish and acknowledges it when it is durable; it passes nothing on, and
// refuses subscriptions.
//
// Who may sign in and what a payload means is decided behind Door. What it
// promises and why it is built so stands in DESIGN.md.
package broker
