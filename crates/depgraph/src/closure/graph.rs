//! The packages of a closure as a graph, for paths and cycles. petgraph stays in here.

use super::member::{Member, MemberId, Origin, Reason};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef as _;
use std::collections::VecDeque;

/// From whoever asks to what is asked for. The first two nodes are the target and @system, the others the members.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    /// An edge holds the place of its reason in the reasons of the package it leads to.
    edges: DiGraph<(), usize>,
}

const TARGET: usize = 0;
const SYSTEM: usize = 1;
const MEMBERS: usize = 2;

impl Graph {
    pub(crate) fn new(members: &[Member]) -> Self {
        let mut edges = DiGraph::new();
        for _ in 0..members.len() + MEMBERS {
            edges.add_node(());
        }
        for member in members {
            let to = NodeIndex::new(member.id().index() + MEMBERS);
            for (place, reason) in member.reasons().iter().enumerate() {
                edges.add_edge(node(reason), to, place);
            }
        }
        Self { edges }
    }

    /// The shortest way to a member, as the members on it and the place of the reason of each. A way from the target
    /// is preferred to one from @system, and of ways of the same length the one whose packages and reasons sort first.
    pub(crate) fn shortest(&self, to: MemberId) -> Vec<(MemberId, usize)> {
        let goal = to.index() + MEMBERS;
        [TARGET, SYSTEM].into_iter().find_map(|start| self.search(start, goal)).unwrap_or_default()
    }

    fn search(&self, start: usize, goal: usize) -> Option<Vec<(MemberId, usize)>> {
        let mut came_by = vec![None; self.edges.node_count()];
        let mut queue = VecDeque::from([start]);
        while let Some(at) = queue.pop_front() {
            if at == goal {
                return Some(way_back(&came_by, start, goal));
            }
            let mut next: Vec<_> = self
                .edges
                .edges(NodeIndex::new(at))
                .map(|e| (e.target().index(), *e.weight()))
                .collect();
            next.sort_unstable();
            for (target, reason) in next {
                if came_by[target].is_none() && target != start {
                    came_by[target] = Some((at, reason));
                    queue.push_back(target);
                }
            }
        }
        None
    }

    pub(crate) fn cycles(&self) -> Vec<Vec<MemberId>> {
        let mut cycles: Vec<Vec<MemberId>> = kosaraju_scc(&self.edges)
            .into_iter()
            .filter(|group| group.len() > 1)
            .map(|group| {
                let mut ids: Vec<_> =
                    group.iter().map(|at| MemberId::new(at.index() - MEMBERS)).collect();
                ids.sort_unstable();
                ids
            })
            .collect();
        cycles.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        cycles
    }
}

fn node(reason: &Reason) -> NodeIndex {
    NodeIndex::new(match reason.from {
        Origin::Target => TARGET,
        Origin::System => SYSTEM,
        Origin::Member(id) => id.index() + MEMBERS,
    })
}

fn way_back(
    came_by: &[Option<(usize, usize)>],
    start: usize,
    goal: usize,
) -> Vec<(MemberId, usize)> {
    let mut way = Vec::new();
    let mut at = goal;
    while at != start {
        let Some((from, reason)) = came_by[at] else { break };
        way.push((MemberId::new(at - MEMBERS), reason));
        at = from;
    }
    way.reverse();
    way
}
