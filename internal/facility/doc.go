// Package facility is the model of an enterprise's working conditions (工况): its
// production units (产污设施), its treatment units (治污设施), which treats which,
// and the values by which each is known to run or to stand — currents and powers
// of meters, e and g codes and switch states of HJ 212 alike.
//
// It derives states and keeps their changes. What a treatment unit that stands
// while its production runs means is for rules and people to decide; here it is
// only shown.
package facility
