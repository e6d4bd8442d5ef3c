import { house } from '/work/main/src/segments/index.ts';
import { Chart } from '/work/main/src/kernel/accounts.ts';
import { State } from '/work/main/src/kernel/state.ts';
import { Ledger, headBeforeAll } from '/work/main/src/kernel/ledger.ts';
import { fold } from '/work/main/src/kernel/fold.ts';
import { readHistoryFile } from '/work/main/src/scenario/history.ts';
import { createReadStream } from 'node:fs';
const commands:any[]=[];
for await (const item of readHistoryFile('/tmp/h20k.jsonl',p=>createReadStream(p,{highWaterMark:1<<20}),house)) if(item.kind==='command')commands.push({...item.command,key:'import/'+item.line+'/0123456789012345678901234567890123456789'});
const mem={withKey:()=>undefined,sameInput:()=>false,event:()=>undefined,reversedBy:()=>undefined};
const what=process.argv[2]; let events:any[]=[];
const decide=()=>{const st=State.empty(new Chart(house.kinds));let head=headBeforeAll;events=[];for(let at=0;at<commands.length;at+=2048){const f=st.fork();const l=new Ledger(house,f,head,mem);for(const c of commands.slice(at,at+2048))l.decide(c,{now:0,actor:'x',engine:'e'});f.publish();head=l.head;events.push(...l.events);}};
decide();
for(let i=0;i<12;i++){if(what==='fold'){const s=State.empty(new Chart(house.kinds));for(const e of events)fold(house,s,e);}else decide();}
